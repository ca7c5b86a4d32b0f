package samples

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

func readWallet(w *worker) (any, error) {
	got, err := w.ask(asked{method: http.MethodGet, url: w.base + "/wallet"})
	if err != nil {
		return nil, err
	}
	if to := got.header.Get("Location"); got.status == http.StatusTemporaryRedirect && to != "" {
		// Another host: nothing of ours is there.
		if w.broken("follows-with-credentials") {
			_, _ = w.once(asked{method: http.MethodGet, url: to})
		}
		return nil, errors.New("led to another host")
	}
	var wallet struct {
		Data struct {
			Credit json.Number `json:"credit"`
		} `json:"data"`
	}
	if err := got.decode(&wallet); err != nil {
		return nil, err
	}
	if w.broken("refuses-unknown-members") && strings.Contains(string(got.body), "addedInTheNextVersion") {
		return nil, errors.New("an unknown member")
	}
	return map[string]any{"credit": wallet.Data.Credit}, nil
}

func readSubscriptions(w *worker) (any, error) {
	var list struct {
		Data []struct {
			AvailableRequests any `json:"availableRequests"`
		} `json:"data"`
	}
	if err := w.read(asked{method: http.MethodGet, url: w.base + "/subscriptions"}, &list); err != nil {
		return nil, err
	}
	available := 0
	for _, s := range list.Data {
		if _, isText := s.AvailableRequests.(string); isText && w.broken("takes-no-text-for-a-number") {
			return nil, errors.New("cannot unmarshal string into int")
		}
		n, err := strconv.Atoi(fmt.Sprint(s.AvailableRequests))
		if err != nil {
			return nil, err
		}
		available += n
	}
	return map[string]any{"available": available}, nil
}

func readCallbacks(w *worker) (any, error) {
	var list struct {
		Data []struct {
			CompletedAt *string `json:"completedAt"`
		} `json:"data"`
	}
	if err := w.read(asked{method: http.MethodGet, url: w.base + "/callbacks"}, &list); err != nil {
		return nil, err
	}
	pending := 0
	for _, c := range list.Data {
		if c.CompletedAt == nil {
			pending++
		}
	}
	if pending > 0 && w.broken("fails-at-null") {
		return nil, errors.New("completedAt is not a text")
	}
	return map[string]any{"pending": pending, "completed": len(list.Data) - pending}, nil
}

func readStatistics(w *worker) (any, error) {
	date := strconv.Itoa(w.given.Year)
	if w.given.Month > 0 {
		date += fmt.Sprintf("-%02d", w.given.Month)
	}
	if w.given.Day > 0 {
		date += fmt.Sprintf("-%02d", w.given.Day)
	}
	if w.broken("dates-without-zeros") {
		_, _ = w.ask(asked{method: http.MethodGet, url: w.base + "/stats?date=" + strings.ReplaceAll(date, "-0", "-")})
	}
	var stats struct {
		Data struct {
			TotalRequests int `json:"totalRequests"`
		} `json:"data"`
	}
	err := w.read(asked{method: http.MethodGet, url: w.base + "/stats?date=" + date}, &stats)
	return map[string]any{"totalRequests": stats.Data.TotalRequests}, err
}
