package bench

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// PagesOptions say what to measure of the pages.
type PagesOptions struct {
	Program  string
	Visitors int
	Think    time.Duration // how long a visitor looks at a page before the next
	Duration time.Duration
	Folder   string
	Log      io.Writer
}

// PagesResult is what was measured of the pages.
type PagesResult struct {
	Visitors  int        `json:"visitors"`
	ThinkMS   float64    `json:"think_ms"`
	Seconds   float64    `json:"seconds"`
	PerSecond float64    `json:"pages_per_second"`
	Pages     []PageTime `json:"pages"`
	Errors    int64      `json:"errors"`
	First     string     `json:"first_error,omitempty"`
}

// PageTime is how one page was answered, and what it weighs with the style,
// scripts, icons and letters that a first visit loads, as they are sent
// (without pictures and clips).
type PageTime struct {
	Persona string  `json:"persona"`
	Path    string  `json:"path"`
	Asked   int     `json:"asked"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
	Max     float64 `json:"max_ms"`
	Weight  int     `json:"first_visit_bytes"`
}

// Print writes the result for a person.
func (r *PagesResult) Print(w io.Writer) {
	fmt.Fprintf(w, "%d visitors, a page every %.0f ms each, %.1f s: %.0f pages/s, %d errors %s\n", r.Visitors, r.ThinkMS, r.Seconds, r.PerSecond, r.Errors, r.First)
	fmt.Fprintf(w, "  %-10s %-44s %7s %8s %8s %8s %9s\n", "who", "page", "asked", "p50 ms", "p95 ms", "max ms", "weight")
	for _, p := range r.Pages {
		fmt.Fprintf(w, "  %-10s %-44s %7d %8.1f %8.1f %8.1f %6d kB\n", p.Persona, p.Path, p.Asked, p.P50, p.P95, p.Max, (p.Weight+999)/1000)
	}
}

// Pages measures how fast a populated sandbox answers the pages of every
// navigation, as each of its people.
func Pages(ctx context.Context, o PagesOptions) (*PagesResult, error) {
	if o.Visitors < 1 || o.Duration <= 0 || o.Think < 0 {
		return nil, errors.New("visitors and duration are above 0")
	}
	folder, err := os.MkdirTemp(o.Folder, "ovation-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	site, stop, err := sandbox(ctx, o, folder)
	if err != nil {
		return nil, err
	}
	defer stop()
	all, err := discover(ctx, site)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Log, "%d pages, for %s…\n", len(all), o.Duration)
	return visit(ctx, o, all)
}

// page is an address as one person sees it.
type page struct {
	persona, path string
	client        *http.Client
	url           string
	weight        int

	mu   sync.Mutex
	took []time.Duration
}

// sandbox starts the program with its people and without its simulated fans:
// what is measured are the visitors.
func sandbox(ctx context.Context, o PagesOptions, folder string) (site string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(ctx, o.Program, "dev", "--data", folder, "--listen", address, "--no-rate-limits", "--log-level", "error")
	cmd.Stderr = o.Log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "Ready") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://" + address, stop, nil
		}
	}
	stop()
	return "", nil, errors.New("bench: the sandbox ended before it was ready")
}

var (
	personaOption = regexp.MustCompile(`<option value="(usr_[0-9a-z]{26})"[^>]*>([^ <]+)[^<]*· (\w+)</option>`)
	navLink       = regexp.MustCompile(`<a href="(/[^"#]*)"[^>]*data-key="`)
	stageLink     = regexp.MustCompile(`"(/(?:v|live)/(?:vid|liv)_[0-9a-z]{26})["#?]`)
	assetLink     = regexp.MustCompile(`(?:href|src)="(/static/[^"#]+\.(?:css|js|woff2|svg))`)
)

// discover signs in as the first person of each role and finds the pages of
// the navigation, and one LIVE and one video.
func discover(ctx context.Context, site string) ([]*page, error) {
	first, _, err := get(ctx, newClient(nil), site+"/")
	if err != nil {
		return nil, err
	}
	people := [][]string{{"", "", "nobody", ""}}
	seen := map[string]bool{}
	for _, m := range personaOption.FindAllStringSubmatch(first, -1) {
		if !seen[m[3]] {
			seen[m[3]] = true
			people = append(people, m)
		}
	}
	weights := map[string]int{}
	var all []*page
	for _, m := range people {
		client, err := become(ctx, site, m[1])
		if err != nil {
			return nil, err
		}
		home, _, err := get(ctx, client, site+"/")
		if err != nil {
			return nil, err
		}
		paths := append(matches(navLink, home), firstOf(stageLink, home, "/v/")...)
		paths = append(paths, firstOf(stageLink, home, "/live/")...)
		slices.Sort(paths)
		for _, path := range slices.Compact(paths) {
			p := &page{persona: m[2], path: path, client: client, url: site + path}
			p.weight, err = weigh(ctx, client, site, path, weights)
			if errors.Is(err, errSignIn) {
				continue // a page for who is signed in
			}
			if err != nil {
				return nil, fmt.Errorf("%s as %s: %w", path, m[2], err)
			}
			all = append(all, p)
		}
	}
	return all, nil
}

func matches(re *regexp.Regexp, text string) (all []string) {
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// firstOf returns the first match that begins so, as a list of one or none.
func firstOf(re *regexp.Regexp, text, begins string) []string {
	for _, found := range matches(re, text) {
		if strings.HasPrefix(found, begins) {
			return []string{found}
		}
	}
	return nil
}

// newClient keeps its cookies and follows no redirect.
func newClient(jar http.CookieJar) *http.Client {
	return &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// oneCookie is a jar for the session.
type oneCookie struct{ kept []*http.Cookie }

func (j *oneCookie) SetCookies(_ *url.URL, c []*http.Cookie) { j.kept = c }
func (j *oneCookie) Cookies(*url.URL) []*http.Cookie         { return j.kept }

func become(ctx context.Context, site, persona string) (*http.Client, error) {
	if persona == "" {
		return newClient(nil), nil
	}
	client := newClient(&oneCookie{})
	form := url.Values{"persona": {persona}, "to": {"/"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, site+"/sandbox/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", site)
	answer, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("bench: signing in answered %s", answer.Status)
	}
	return newClient(&oneCookie{client.Jar.Cookies(nil)}), nil
}

var errSignIn = errors.New("bench: the page leads to another")

// get returns a page's text, and its length as it was sent to a browser that
// unpacks.
func get(ctx context.Context, client *http.Client, address string) (text string, sent int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	answer, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", 0, err
	}
	if answer.StatusCode == http.StatusSeeOther {
		return "", 0, errSignIn
	}
	if answer.StatusCode != http.StatusOK {
		return "", len(b), fmt.Errorf("bench: %s", answer.Status)
	}
	sent = len(b)
	if answer.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(strings.NewReader(string(b)))
		if err != nil {
			return "", sent, err
		}
		if b, err = io.ReadAll(z); err != nil {
			return "", sent, err
		}
	}
	return string(b), sent, nil
}

// weigh adds up what a first visit to the page loads, pictures and clips
// apart.
func weigh(ctx context.Context, client *http.Client, site, path string, weights map[string]int) (int, error) {
	text, whole, err := get(ctx, client, site+path)
	if err != nil {
		return 0, err
	}
	assets := matches(assetLink, text)
	slices.Sort(assets)
	for _, a := range slices.Compact(assets) {
		if _, known := weights[a]; !known {
			if _, weights[a], err = get(ctx, client, site+a); err != nil {
				return 0, fmt.Errorf("%s: %w", a, err)
			}
		}
		whole += weights[a]
	}
	return whole, nil
}

// visit lets the visitors look at pages until the time is over.
func visit(ctx context.Context, o PagesOptions, all []*page) (*PagesResult, error) {
	r := &PagesResult{Visitors: o.Visitors, ThinkMS: ms(o.Think)}
	var mu sync.Mutex
	ctx, cancel := context.WithTimeout(ctx, o.Duration)
	defer cancel()
	began := time.Now()
	var wg sync.WaitGroup
	for i := range o.Visitors {
		rnd := rand.New(rand.NewPCG(11, uint64(i)))
		wg.Go(func() {
			for ctx.Err() == nil {
				p := all[rnd.IntN(len(all))]
				from := time.Now()
				_, _, err := get(ctx, p.client, p.url)
				took := time.Since(from)
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					mu.Lock()
					r.Errors++
					r.First = p.path + ": " + err.Error()
					mu.Unlock()
				}
				p.mu.Lock()
				p.took = append(p.took, took)
				p.mu.Unlock()
				select { // half to one and a half times as long, so that visitors do not march in step
				case <-ctx.Done():
				case <-time.After(o.Think/2 + time.Duration(rnd.Int64N(int64(o.Think)+1))):
				}
			}
		})
	}
	wg.Wait()
	r.Seconds = time.Since(began).Seconds()
	for _, p := range all {
		slices.Sort(p.took)
		at := func(q float64) float64 {
			if len(p.took) == 0 {
				return 0
			}
			return ms(p.took[min(len(p.took)-1, int(q*float64(len(p.took))))])
		}
		r.Pages = append(r.Pages, PageTime{p.persona, p.path, len(p.took), at(0.5), at(0.95), at(1), p.weight})
		r.PerSecond += float64(len(p.took)) / r.Seconds
	}
	return r, nil
}
