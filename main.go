// Huisheng (回声) collects workers' feedback on skill-level assessments and turns it into the indicators by which assessment bodies are judged.
package main

import (
	"os"

	"huisheng/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
