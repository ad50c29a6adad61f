-- A source may state no VAT: then two sales are compared by what they are without it.
ALTER TABLE sale ADD COLUMN net TEXT NOT NULL DEFAULT '';
CREATE INDEX sale_net ON sale (company, currency, net, at);
