package fault

import (
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"oauthmock/mockserver/exchange"
)

// Uniform draws between two durations.
type Uniform struct {
	Min Duration `json:"min"`
	Max Duration `json:"max"`
}

// Normal draws around a mean, never below zero nor above Max (which may be left out).
type Normal struct {
	Mean   Duration `json:"mean"`
	Stddev Duration `json:"stddev"`
	Max    Duration `json:"max,omitempty"`
}

// Lognormal draws as networks do: mostly near the median, sometimes much later. Sigma is the
// standard deviation of the logarithm, above 0 and at most 5; Max bounds it.
type Lognormal struct {
	Median Duration `json:"median"`
	Sigma  float64  `json:"sigma"`
	Max    Duration `json:"max,omitempty"`
}

// delay is implemented by effects that only take time.
type delay interface {
	effect
	draw(random *rand.Rand) time.Duration
}

// latency lets a call wait.
type latency struct {
	drawn func(random *rand.Rand) time.Duration
}

func newLatency(e Effect) (effect, error) { return newWait(e, MaxDelay) }

// newWait checks an effect that takes at most a time.
func newWait(e Effect, most time.Duration) (effect, error) {
	chosen := 0
	var l latency
	var err error
	if e.Fixed != "" {
		chosen++
		var fixed time.Duration
		fixed, err = within("fixed", e.Fixed, most)
		l.drawn = func(*rand.Rand) time.Duration { return fixed }
	}
	if e.Uniform != nil {
		chosen++
		l.drawn, err = e.Uniform.compile(most)
		err = below("uniform", err)
	}
	if e.Normal != nil {
		chosen++
		l.drawn, err = e.Normal.compile(most)
		err = below("normal", err)
	}
	if e.Lognormal != nil {
		chosen++
		l.drawn, err = e.Lognormal.compile(most)
		err = below("lognormal", err)
	}
	if chosen != 1 {
		return nil, wrongf("", "of the kind %s holds %d of fixed, uniform, normal and lognormal; want one of them", e.Kind, chosen)
	}
	return l, err
}

// within reads a duration that an effect may take, up to most.
func within(member string, d Duration, most time.Duration) (time.Duration, error) {
	got, err := d.read()
	if err != nil || got < 0 || got > most || d == "" {
		return 0, wrongf(member, "is %q; want a duration such as \"300ms\", at most %s", d, most)
	}
	return got, nil
}

// bound reads the longest time that may be drawn; what is left out is most.
func bound(d Duration, most time.Duration) (time.Duration, error) {
	if d == "" {
		return most, nil
	}
	return within("max", d, most)
}

func (u Uniform) compile(most time.Duration) (func(*rand.Rand) time.Duration, error) {
	low, err := within("min", u.Min, most)
	if err != nil {
		return nil, err
	}
	high, err := within("max", u.Max, most)
	if err == nil && high < low {
		err = wrongf("max", "is %q, less than min; want it to be more", u.Max)
	}
	return func(random *rand.Rand) time.Duration { return low + time.Duration(random.Int64N(int64(high-low)+1)) }, err
}

func (n Normal) compile(most time.Duration) (func(*rand.Rand) time.Duration, error) {
	mean, err := within("mean", n.Mean, most)
	if err != nil {
		return nil, err
	}
	deviation, err := within("stddev", n.Stddev, most)
	if err != nil {
		return nil, err
	}
	most, err = bound(n.Max, most)
	return func(random *rand.Rand) time.Duration {
		return clamp(float64(mean)+random.NormFloat64()*float64(deviation), most)
	}, err
}

func (n Lognormal) compile(most time.Duration) (func(*rand.Rand) time.Duration, error) {
	median, err := within("median", n.Median, most)
	if err != nil {
		return nil, err
	}
	const largest = 5
	if !(n.Sigma > 0 && n.Sigma <= largest) {
		return nil, wrongf("sigma", "is %v; want a number above 0, at most %d, such as 0.4", n.Sigma, largest)
	}
	most, err = bound(n.Max, most)
	return func(random *rand.Rand) time.Duration {
		return clamp(float64(median)*math.Exp(random.NormFloat64()*n.Sigma), most)
	}, err
}

func clamp(d float64, most time.Duration) time.Duration {
	return time.Duration(min(max(d, 0), float64(most)))
}

func (l latency) draw(random *rand.Rand) time.Duration { return l.drawn(random) }

// apply lets the answer wait, if the call did not wait before it was carried out. The journal has
// it by then.
func (l latency) apply(f *Fault) sender {
	if f.rule.Where == Before {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request, e *exchange.Exchange) {
		if !f.wait(r.Context(), e.Fault.Delay) {
			abort(w, r, e)
		}
		whole(w, r, e)
	}
}
