package models

import "time"

// Account is a person behind a desk: an official or an organisation's operator.
type Account struct {
	ID           AccountID `bson:"_id"`
	Login        string    `bson:"login"` // lower case, unique
	Name         string    `bson:"name"`
	Role         Role      `bson:"role"`
	Org          OrgID     `bson:"org,omitempty"`
	Region       string    `bson:"region,omitempty"`
	PasswordHash string    `bson:"password_hash"` // argon2id, PHC string
	MustChange   bool      `bson:"must_change"`
	Disabled     bool      `bson:"disabled"`
	Failed       int       `bson:"failed"`       // wrong passwords in a row
	LockedUntil  time.Time `bson:"locked_until"` // zero: not locked
	CreatedAt    time.Time `bson:"created_at"`
}

// Session is one login; its id is the family of refresh tokens. Current is the hash of the only refresh token that may be used next.
type Session struct {
	ID        string    `bson:"_id"`
	Account   AccountID `bson:"account"`
	Current   []byte    `bson:"current"`
	Previous  []byte    `bson:"previous,omitempty"` // the one before: parallel requests of one page may come with it for a moment
	RotatedAt time.Time `bson:"rotated_at"`
	CreatedAt time.Time `bson:"created_at"`
	ExpiresAt time.Time `bson:"expires_at"` // TTL index
}

// The errors of logging in. One text for a wrong name and a wrong password, so that neither can be probed.
var (
	ErrWrongLogin    = NewError(KindUnauthenticated, "wrong_login", "账号或密码不对。", "Wrong account or password.")
	ErrAccountLocked = NewError(KindTooMany, "account_locked", "密码错误次数过多，账号已暂时锁定，请稍后再试。", "Too many wrong passwords; the account is locked for a while.")
	ErrAccountTaken  = NewError(KindConflict, "account_taken", "这个账号名已被使用。", "This account name is taken.")
	ErrDisabled      = NewError(KindForbidden, "account_disabled", "这个账号已停用，请联系您的上级管理员。", "This account is disabled; please ask your administrator.")
	ErrRefresh       = NewError(KindUnauthenticated, "refresh_invalid", "登录已失效，请重新登录。", "The login is no longer valid; please log in again.")
)
