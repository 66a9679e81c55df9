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

	Second    *SecondFactor `bson:"second,omitempty"`    // in force
	Enrolling *SecondFactor `bson:"enrolling,omitempty"` // shown as a QR code, and not confirmed yet
}

// SecondFactor is an authenticator app (TOTP) and the codes for the day when the phone is lost.
type SecondFactor struct {
	Secret   []byte    `bson:"secret"`             // sealed
	Since    time.Time `bson:"since"`              // when it was shown, or confirmed
	Step     int64     `bson:"step"`               // the newest time step that was used: no code counts twice
	Recovery []string  `bson:"recovery,omitempty"` // keyed hashes of the codes that are left
}

// OTPRequired says whether an account must have a second factor where the deployment asks regulators for one.
func (a Account) OTPRequired() bool { return a.Role == RoleProvince || a.Role == RoleCity }

// Pending is what somebody has to do before anything else.
type Pending string

// What may be pending: nothing, replacing a password that somebody else knows, setting up the second factor.
const (
	PendingNothing  Pending = ""
	PendingPassword Pending = "password"
	PendingOTP      Pending = "otp"
)

// Session is one login; its id is the family of refresh tokens. Current is the hash of the only refresh token that may be used next.
type Session struct {
	ID        string    `bson:"_id"`
	Account   AccountID `bson:"account"`
	Current   []byte    `bson:"current"`
	Previous  []byte    `bson:"previous,omitempty"` // the one before: parallel requests of one page may come with it for a moment
	Pending   Pending   `bson:"pending,omitempty"`
	Device    string    `bson:"device,omitempty"` // "Chrome · Windows": enough to know one's own
	RotatedAt time.Time `bson:"rotated_at"`
	CreatedAt time.Time `bson:"created_at"`
	ExpiresAt time.Time `bson:"expires_at"` // TTL index
}

// SeenAt is when somebody was last there: when the tokens were last renewed, or the login.
func (x Session) SeenAt() time.Time {
	if x.RotatedAt.After(x.CreatedAt) {
		return x.RotatedAt
	}
	return x.CreatedAt
}

// The errors of logging in. One text for a wrong name and a wrong password, so that neither can be probed.
var (
	ErrWrongLogin    = NewError(KindUnauthenticated, "wrong_login", "账号或密码不对。", "Wrong account or password.")
	ErrAccountLocked = NewError(KindTooMany, "account_locked", "密码错误次数过多，账号已暂时锁定，请稍后再试。", "Too many wrong passwords; the account is locked for a while.")
	ErrAccountTaken  = NewError(KindConflict, "account_taken", "这个账号名已被使用。", "This account name is taken.")
	ErrDisabled      = NewError(KindForbidden, "account_disabled", "这个账号已停用，请联系您的上级管理员。", "This account is disabled; please ask your administrator.")
	ErrOTPNeeded     = NewError(KindUnauthenticated, "otp_required", "请输入验证器应用上的6位动态码。", "Please enter the 6-digit code of your authenticator app.")
	ErrOTPWrong      = NewError(KindUnauthenticated, "otp_wrong", "动态码不对，或已经用过。请等下一个再输。", "That code is wrong or was used already; wait for the next one.")
	ErrOTPNotSetUp   = NewError(KindConflict, "otp_not_set_up", "请先开始设置两步验证，再输入动态码。", "Start setting up two-step verification first.")
	ErrOTPOn         = NewError(KindConflict, "otp_on", "两步验证已经开启。换手机请先关闭，再重新设置。", "Two-step verification is on already. To change phones, turn it off first.")
	ErrOTPMust       = NewError(KindForbidden, "otp_must_stay", "监管账号必须使用两步验证，不能关闭。换手机请联系上级管理员重置。", "Regulators' accounts must keep two-step verification. Ask your administrator to reset it if you change phones.")
	ErrMustChange    = NewError(KindForbidden, "password_change_required", "请先把初始密码换成自己的密码。", "Please replace the initial password with your own first.")
	ErrMustEnrol     = NewError(KindForbidden, "otp_setup_required", "请先设置两步验证（验证器应用）。", "Please set up two-step verification (an authenticator app) first.")
	ErrIdle          = NewError(KindUnauthenticated, "session_idle", "您有一段时间没有操作，为了安全已退出登录，请重新登录。", "You were away for a while and have been logged out for safety; please log in again.")
	ErrRefresh       = NewError(KindUnauthenticated, "refresh_invalid", "登录已失效，请重新登录。", "The login is no longer valid; please log in again.")
)
