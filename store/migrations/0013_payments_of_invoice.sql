-- The payments of ours on one invoice of the far system, so that several of them never come to more than it.
CREATE INDEX link_paid_invoice ON link (company, json_extract(state, '$.invoice')) WHERE kind = 'payment';
