package admin

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"oauthmock/mockserver/postman"
)

// getDocument answers with the document that a surface of the mock speaks: the published one with
// the corrections of its overlay, and the mock's own address.
func (a *API) getDocument(c *gin.Context) (int, any, error) {
	name, found := strings.CutSuffix(c.Param("document"), ".json")
	name, collection := strings.CutSuffix(name, ".postman")
	d := a.Surfaces.Named(name)
	if !found || d == nil || d.Document == nil {
		var known []string
		for _, d := range a.Surfaces {
			if d.Document != nil {
				known = append(known, d.Name+".json", d.Name+".postman.json")
			}
		}
		return 0, nil, problemf(http.StatusNotFound, "there is no document %q; want %s", c.Param("document"), strings.Join(known, ", "))
	}
	text, err := d.Document.Corrected()
	if err != nil {
		return 0, nil, err
	}
	own := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &own); err != nil {
		return 0, nil, err
	}
	if own["servers"], err = json.Marshal([]any{map[string]string{"url": a.base(c.Request, a.listeners()) + prefix(d)}}); err != nil {
		return 0, nil, err
	}
	if collection {
		text, err := json.Marshal(own)
		if err != nil {
			return 0, nil, err
		}
		made, err := postman.Collection(text)
		return http.StatusOK, made, err
	}
	return http.StatusOK, own, nil
}
