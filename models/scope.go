package models

import "slices"

// Role is what an account may be.
type Role string

// The roles of design: the province sees all, a city its jurisdiction, the alliance the schools' figures, an operator its organisation.
const (
	RoleProvince Role = "province"
	RoleCity     Role = "city"
	RoleAlliance Role = "alliance"
	RoleOperator Role = "operator"
	RoleClient   Role = "client" // a machine with a key: it may do what its key's scopes name, and nothing by its role
)

// Valid says whether r is a known role.
func (r Role) Valid() bool {
	return r == RoleProvince || r == RoleCity || r == RoleAlliance || r == RoleOperator
}

// Scope is the part of the data that a caller may touch. It is a parameter of every scoped store query, never a check
// in a handler, so that a forgotten check shows nothing instead of everything: the zero Scope sees nothing.
type Scope struct {
	All    bool    // the province, and the system's own jobs
	Region string  // a city: six-digit division code of the supervising regulator
	Org    OrgID   // an operator
	Kind   OrgKind // narrows to one kind of organisation (the alliance sees schools)
}

// SystemScope is the scope of jobs: everything.
func SystemScope() Scope { return Scope{All: true} }

// IsOrg says whether the reader is an organisation, to whom figures over few people are hidden.
func (s Scope) IsOrg() bool { return s.Org != "" }

// InSteps says whether the reader sees figures of people's answers in steps of MinCell people only. The organisation does, and so does the
// alliance: it serves the schools that form it, and supervises nobody.
func (s Scope) InSteps() bool { return s.IsOrg() || s.Kind != "" }

// Principal is a logged-in account, as carried by its access token.
type Principal struct {
	Account AccountID
	Name    string
	Role    Role
	Org     OrgID
	Region  string
	Session string
	Pending Pending    // what must be done before anything else
	Kind    OrgKind    // of a client: narrows to one kind of organisation
	Scopes  []KeyScope // of a client
}

// May says whether a client's key names a scope. Nobody but a client has scopes.
func (p Principal) May(s KeyScope) bool { return p.Role == RoleClient && slices.Contains(p.Scopes, s) }

// Scope gives what the principal may touch.
func (p Principal) Scope() Scope {
	switch p.Role {
	case RoleProvince:
		return Scope{All: true}
	case RoleCity:
		return Scope{Region: p.Region}
	case RoleAlliance:
		return Scope{All: true, Kind: OrgSchool}
	case RoleOperator:
		return Scope{Org: p.Org}
	case RoleClient:
		return p.clientScope()
	}
	return Scope{}
}

func (p Principal) clientScope() Scope {
	switch {
	case p.Org != "":
		return Scope{Org: p.Org}
	case p.Region == Province:
		return Scope{All: true, Kind: p.Kind}
	case p.Region != "":
		return Scope{Region: p.Region, Kind: p.Kind}
	}
	return Scope{}
}
