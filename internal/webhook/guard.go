package webhook

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// ErrAddress says that an address is none that messages go to.
var ErrAddress = errors.New("address_refused")

// special are networks that no receiver of ours stands in, beside what net/netip knows: this host, carriers' own, benchmarks, documentation,
// reserved, and the IPv6 forms that carry an IPv4 address inside. Clouds answer with keys at 169.254.169.254, 100.100.100.200 and 168.63.129.16.
var special = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "fec0::/10",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

func within(ip netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// public says whether an address belongs to the public Internet.
func public(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && !within(ip, special)
}

// guard looks at the address that is about to be connected to, after every name was resolved: no name, no notation and no second answer of a name
// server gets around it. plain is for http, which goes to the allowed private networks alone.
func guard(allowed []netip.Prefix, plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return fmt.Errorf("%w: %s", ErrAddress, network)
		}
		ip := to.Addr().Unmap().WithZone("")
		if within(ip, allowed) || !plain && public(ip) {
			return nil
		}
		return ErrAddress
	}
}
