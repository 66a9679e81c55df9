package cli

import (
	"os"
	"os/user"
	"strconv"

	"huisheng/models"
)

// byHand is whoever works on the machine itself: the log names the account of the operating system, which is what can be asked about afterwards.
func byHand() models.Principal {
	name := "uid" + strconv.Itoa(os.Getuid()) // a container has no list of names
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	return models.Principal{Account: models.AccountID("os/" + name), Role: models.RoleProvince, Region: models.Province}
}
