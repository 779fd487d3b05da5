package api

import (
	"net/netip"
	"slices"
	"strings"
)

// trusts reports whether the address is a proxy of ours.
func (a *API) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(a.cfg.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// maxHops is how many proxies of X-Forwarded-For are looked at.
const maxHops = 10

// backwards returns the items of header lines from the last to the first.
func backwards(lines []string) []string {
	var all []string
	for _, line := range slices.Backward(lines) {
		for line != "" && len(all) < maxHops {
			at := strings.LastIndexByte(line, ',')
			all = append(all, strings.TrimSpace(line[at+1:]))
			line = line[:max(at, 0)]
		}
	}
	return all
}
