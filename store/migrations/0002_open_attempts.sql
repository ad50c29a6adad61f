-- Only attempts that are open, or were proved absent, are looked for by their thing: the index of these few stays small,
-- and an attempt that ends as known leaves it, instead of moving within an index of all attempts there ever were.
DROP INDEX attempt_thing;
CREATE INDEX attempt_thing ON attempt (thing) WHERE end IN ('in_flight', 'unknown', 'throttled', 'absent');
