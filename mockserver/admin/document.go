package admin

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

// getDocument answers with the document that a surface of the mock speaks: the published one with the corrections of its
// overlay, and the mock's own address.
func (a *API) getDocument(c *gin.Context) (int, any, error) {
	name, found := strings.CutSuffix(c.Param("document"), ".json")
	d := a.Surfaces.Named(name)
	if !found || d == nil || d.Document == nil {
		var known []string
		for _, d := range a.Surfaces {
			if d.Document != nil {
				known = append(known, d.Name+".json")
			}
		}
		return 0, nil, problemf(http.StatusNotFound, "there is no document %q; want %s", c.Param("document"), strings.Join(known, ", "))
	}
	doc, err := d.Document.Corrected()
	if err != nil {
		return 0, nil, err
	}
	own := *doc // shared with others, and so not changed
	own.Servers = openapi3.Servers{{URL: a.base(c.Request, a.listeners()) + prefix(d)}}
	return http.StatusOK, &own, nil
}
