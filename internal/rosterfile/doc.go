// Package rosterfile reads rosters of assessed people from the files that enterprises, schools and social organisations really have: title
// rows above the heading, columns in any order under any of their usual names, numbers that a spreadsheet spoiled, dates in every
// notation, footers with signatures.
//
// Every row is judged and every bad cell is reported with its row, its heading, a stable code and a sentence that says what to do. What can
// be repaired without doubt is repaired and said so; what a spreadsheet has destroyed (the last digits of an identity number stored as a
// number) is refused rather than guessed, because a guess would be another person.
//
// Parse keeps one row and some twenty bytes per person in memory. Template and RejectedWriter are the other direction: the file to fill in,
// and the file of what was refused, which can be corrected and uploaded again.
package rosterfile
