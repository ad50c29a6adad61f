-- wrk script: posts prepared deliveries one after another. Arguments: FILE FIRST, see tests/bench/deliveries.py.
local prepared = {}
local next_one = 0
local before, after

function init(arguments)
  local lines = io.lines(arguments[1])
  local first = tonumber(arguments[2])
  local template = lines()
  local from, to = string.find(template, "@NUMBER@", 1, true)
  before = string.sub(template, 1, from - 1)
  after = string.sub(template, to + 1)
  local position = 0
  for line in lines do
    position = position + 1
    if position > first then
      local id, sent, signature, number = string.match(line, "(%S+) (%S+) (%S+) (%S+)")
      prepared[#prepared + 1] = { id, sent, signature, number }
    end
  end
end

function request()
  next_one = next_one + 1
  local one = prepared[next_one]
  if not one then
    one = prepared[#prepared]
  end
  local headers = {
    ["content-type"] = "application/json",
    ["webhook-id"] = one[1],
    ["webhook-timestamp"] = one[2],
    ["webhook-signature"] = one[3],
  }
  return wrk.format("POST", nil, headers, before .. one[4] .. after)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)
  ))
end
