package web_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/people"
)

// TestLinksAreNotLogged fails at a page whose address is a secret.
func TestLinksAreNotLogged(t *testing.T) {
	r := still(t)
	token, _, err := r.people.CreateLink(t.Context(), people.ForSetUp, "")
	r.ok(err)
	r.gate.Drain()
	has(t, r.browser("").get("/setup/"+token), 503)
	if log := r.log.String(); strings.Contains(log, token) || !strings.Contains(log, `msg="a page could not do its work"`) || !strings.Contains(log, `route="GET /setup/{token}"`) {
		t.Errorf("the log: %s", log)
	}
}

// TestFormThatDoesNotArrive announces a form and sends none of it.
func TestFormThatDoesNotArrive(t *testing.T) {
	r := still(t)
	server := httptest.NewUnstartedServer(r.handler)
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	r.ok(err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail="))
	r.ok(err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	r.ok(err)
	defer res.Body.Close()
	var page strings.Builder
	_, err = bufio.NewReader(res.Body).WriteTo(&page)
	r.ok(err)
	if res.StatusCode != 408 || !strings.Contains(page.String(), "The form did not arrive in time. Nothing was changed; send it again.") {
		t.Errorf("%d %s", res.StatusCode, plain(page.String()))
	}
}
