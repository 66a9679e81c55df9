package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"huisheng/models"
)

// The cost of one password check, the first choice of OWASP's list for argon2id: 19 MiB, two passes, one lane.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	saltLen     = 16
	hashLen     = 32

	minPassword = 12
	maxPassword = 128 // characters; hashing takes longer the longer it is
)

// nobody is the hash of no password. Checking against it takes as long as against a real one, so that the time does not tell which accounts exist.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// parallelChecks bounds how many checks hold their memory at once, whatever the number of people who log in at nine o'clock.
func parallelChecks() int { return min(max(runtime.GOMAXPROCS(0), 2), 4) }

// withSlot waits for a free slot and works in it.
func (s *Service) withSlot(ctx context.Context, work func() error) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return work()
	case <-ctx.Done():
		return models.ErrUnavailable.Because(fmt.Errorf("wait to check a password: %w", ctx.Err()))
	}
}

func (s *Service) hash(ctx context.Context, password string) (phc string, err error) {
	err = s.withSlot(ctx, func() error { phc = hashPassword(password); return nil })
	return phc, err
}

// hashPassword gives a PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string) string {
	salt := make([]byte, saltLen)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, hashLen)))
}

// matches checks a password with the cost that the hash was made with, so that the cost can be raised later.
func matches(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 || memory > 1<<20 || passes == 0 || passes > 16 || lanes == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want))) //nolint:gosec // hashes are decoded from at most a few dozen bytes
	return subtle.ConstantTimeCompare(got, want) == 1
}

// checkPassword says what is wrong with a new password; field is what the caller calls it.
func checkPassword(field, login, password string) []models.FieldError {
	bad := func(code, message string) []models.FieldError {
		return []models.FieldError{{Field: field, Code: code, Message: message}}
	}
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return bad("password_too_short", fmt.Sprintf("密码至少要 %d 个字符。", minPassword))
	case n > maxPassword:
		return bad("password_too_long", fmt.Sprintf("密码最多 %d 个字符。", maxPassword))
	case len(login) >= 3 && strings.Contains(strings.ToLower(password), strings.ToLower(login)):
		return bad("password_is_account", "密码里不能有账号名。")
	case tooCommon(password):
		return bad("password_too_common", "这个密码太常见，容易被猜中。请换一句只有您想得到的话，比如三四个不相干的词。")
	}
	return nil
}

// initialPassword is one to read out or write down once: three groups of four without characters that look alike, 59 bits.
func initialPassword() string {
	t := randomText(12)
	return t[:4] + "-" + t[4:8] + "-" + t[8:]
}
