package scenarios

import (
	"strconv"
)

// maxReceive is how many callbacks a step may take.
const maxReceive = 50

// receiver checks where a scenario receives callbacks; account is "" for the scenario's own.
func (v *validator) receiver(g *Given, account string) {
	r := g.Receiver
	if r == nil {
		return
	}
	if account != "" {
		v.problem(g.LineOf("receiver"), "receiver is one for the scenario; write it under given")
		return
	}
	for _, answer := range r.Answers {
		if status, err := strconv.Atoi(answer); answer != NoAnswer && answer != Closed && (err != nil || status < 200 || status > 599) {
			v.problem(r.LineOf("answers"), "receiver: answers must be statuses from 200 to 599, %s or %s, not %q", NoAnswer, Closed, answer)
		}
	}
	v.names.known["receiver"] = &definition{line: g.LineOf("receiver")}
}

func (v *validator) receive(step *Step) {
	v.asserts = true
	line := step.LineOf("receive")
	if v.scenario.Given.Receiver == nil {
		v.problem(line, "step %q receives callbacks; add given: {receiver: {}}, and call back ${receiver.url}", step.Name)
	}
	if step.Receive < 0 || step.Receive > maxReceive {
		v.problem(line, "receive must be between 0 and %d, not %d", maxReceive, step.Receive)
	}
	e := &step.Expect
	if len(e.Status)+len(e.Headers)+len(e.Body)+len(e.Items) > 0 || e.Has("code") || e.Message != nil || e.Redirect != nil || e.HTML != nil || e.Empty {
		v.problem(step.LineOf("expect"), "step %q: of callbacks expect holds data alone, which sees the list of them", step.Name)
	}
	v.sent(step)
}
