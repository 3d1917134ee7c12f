"""The workbook that a clerk answers: sheets, columns and words, shared by its writer and its reader."""

NOTICE, PAIRS, RECORDS = "填写说明", "待核对", "记录编号"
JUDGEMENT, REASON = "判断", "理由"
RECORD, ENTERPRISE, TOLD = "record_id", "enterprise_id", "verdict"
SETTLED = "settled_record_id"
ANSWERS = {"同一主体": "same", "不是同一主体": "different", "无法判断": "unsure"}
