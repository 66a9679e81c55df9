package models

import "strings"

// ParseDocumentType reads a document type by its code or by a name in use; empty means 居民身份证, as in a roster without the column.
func ParseDocumentType(raw string) (DocumentType, bool) {
	name := strings.ToLower(compact(raw))
	switch name {
	case "":
		return DocResidentID, true
	case string(DocResidentID), string(DocHMTResidence), string(DocForeignPermanent), string(DocHKMacaoPass), string(DocTaiwanPass), string(DocPassport):
		return DocumentType(name), true
	case "居民身份证", "身份证", "中华人民共和国居民身份证", "二代身份证", "第二代身份证", "公民身份证", "身份证件", "大陆身份证", "内地身份证", "公民身份号码", "身份证号", "身份证号码":
		return DocResidentID, true
	case "港澳居民居住证", "台湾居民居住证", "港澳台居民居住证", "港澳台居住证", "香港居民居住证", "澳门居民居住证", "港澳居住证", "台湾居住证", "居住证":
		return DocHMTResidence, true
	case "外国人永久居留身份证", "外国人永久居留证", "永久居留身份证", "永居证", "外国人居留证":
		return DocForeignPermanent, true
	case "港澳居民来往内地通行证", "港澳来往内地通行证", "港澳居民往来内地通行证", "港澳往来内地通行证", "回乡证", "港澳通行证", "港澳居民通行证":
		return DocHKMacaoPass, true
	case "台湾居民来往大陆通行证", "台湾来往大陆通行证", "台湾居民往来大陆通行证", "台胞证", "台湾通行证", "台湾居民通行证":
		return DocTaiwanPass, true
	case "护照", "普通护照", "外国护照", "中国护照", "外国人护照":
		return DocPassport, true
	}
	return "", false
}

// Name is the document type in Chinese as templates offer it; empty for an unknown type.
func (t DocumentType) Name() string {
	switch t {
	case DocResidentID:
		return "居民身份证"
	case DocHMTResidence:
		return "港澳台居民居住证"
	case DocForeignPermanent:
		return "外国人永久居留身份证"
	case DocHKMacaoPass:
		return "港澳居民来往内地通行证"
	case DocTaiwanPass:
		return "台湾居民来往大陆通行证"
	case DocPassport:
		return "护照"
	}
	return ""
}

// DocumentTypes lists the types in the order in which forms offer them.
func DocumentTypes() []DocumentType {
	return []DocumentType{DocResidentID, DocHMTResidence, DocForeignPermanent, DocHKMacaoPass, DocTaiwanPass, DocPassport}
}
