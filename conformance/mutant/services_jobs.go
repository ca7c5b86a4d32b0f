package mutant

import "strings"

// serviceJobs are lies about asynchronous services.
func serviceJobs() []Mutant {
	done := []string{"services/jobs/done"}
	const requests = "docuengine.openapi.com/requests"
	// job lies about answers that show a job: to the call that starts it, or to one that asks for
	// its progress.
	job := func(begins bool, edit func(data map[string]any)) func() Lie {
		return served(func(x *Exchange) {
			if (x.service() == requests) == begins && strings.HasPrefix(x.service(), requests) {
				if data, ok := x.Answer.body()["data"].(map[string]any); ok {
					edit(data)
				}
			}
		})
	}
	return []Mutant{
		{Name: "services/job-is-done-at-once", What: "an asynchronous service is done when it is called", Scenarios: done, Lie: job(true, set("state", "DONE"))},
		{Name: "services/job-is-never-done", What: "the progress of a job stays what it was", Scenarios: done, Lie: job(false, set("state", "WAIT"))},
		{Name: "services/job-is-done-too-soon", What: "the progress of a job is done when it is asked for", Scenarios: done, Lie: job(false, set("state", "DONE"))},
		{Name: "services/job-without-id", What: "an asynchronous service does not say what its job is called", Scenarios: done, Lie: job(true, drop("id"))},
		{Name: "services/job-of-another-id", What: "the progress is that of another job", Scenarios: done, Lie: job(false, set("id", "000000000000000000000000"))},
		{Name: "services/job-without-state", What: "the progress has no state", Scenarios: done, Lie: job(false, drop("state"))},
		{Name: "services/job-is-paid-twice", What: "asking for the progress costs as much as the call", Scenarios: done,
			Lie: onData("wallet.get", func(d map[string]any) { d["credit"] = -2.8 })},
	}
}
