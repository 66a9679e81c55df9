package models

import (
	"slices"
	"time"
)

// ClientID names a machine client.
type ClientID string

// KeyScope is one thing that a client's key may do.
type KeyScope string

// The scopes. Each names routes in the table of routes; a key without a scope opens nothing.
const (
	ScopeClaimsWrite    KeyScope = "claims:write"    // the subsidy platform posts claims
	ScopeBatchesRead    KeyScope = "batches:read"    // and sees how its rounds go
	ScopeFiguresWrite   KeyScope = "figures:write"   // the alliance uploads what it declares for schools
	ScopeIndicatorsRead KeyScope = "indicators:read" // a report system reads figures
	ScopeOrgsRead       KeyScope = "orgs:read"       // finding an organisation's id
)

// KeyScopes lists every scope.
func KeyScopes() []KeyScope {
	return []KeyScope{ScopeClaimsWrite, ScopeBatchesRead, ScopeFiguresWrite, ScopeIndicatorsRead, ScopeOrgsRead}
}

// Client is a machine that calls the API with a key. The key is shown once; here are only hashes.
type Client struct {
	ID        ClientID   `bson:"_id"`
	Name      string     `bson:"name"`
	Scopes    []KeyScope `bson:"scopes"`
	Region    string     `bson:"region"`         // the province: everything; a city: what it supervises
	Org       OrgID      `bson:"org,omitempty"`  // narrows to one organisation, which then sees what an organisation may see
	Kind      OrgKind    `bson:"kind,omitempty"` // narrows to one kind of organisation
	Key       []byte     `bson:"key"`            // hash of the key in use
	Previous  []byte     `bson:"previous,omitempty"`
	Until     time.Time  `bson:"until,omitempty"` // how long the previous key still opens, after a rotation
	CreatedBy AccountID  `bson:"created_by"`
	CreatedAt time.Time  `bson:"created_at"`
	RotatedAt time.Time  `bson:"rotated_at,omitempty"`
	UsedAt    time.Time  `bson:"used_at,omitempty"` // to the hour
	ExpiresAt time.Time  `bson:"expires_at"`
	Revoked   bool       `bson:"revoked"`
}

// Principal is who the client is to the use cases.
func (c Client) Principal() Principal {
	return Principal{
		Account: AccountID("client/" + string(c.ID)), Name: c.Name, Role: RoleClient, Org: c.Org, Region: c.Region, Kind: c.Kind, Scopes: slices.Clone(c.Scopes),
	}
}

// ErrClientKey says that a key opens nothing: unknown, replaced, revoked or run out. One text for all.
var ErrClientKey = NewError(KindUnauthenticated, "client_key_invalid", "这个接口密钥无效、已停用或已过期。", "This client key is unknown, revoked or expired.")
