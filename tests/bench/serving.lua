-- wrk's requests: the addresses of a file, one after the other, each thread from another place on; with a size, a range of so
-- many bytes of FILE_SIZE at a random place. The result is one line of JSON.
--
--   wrk -s serving.lua URL -- ADDRESSES [RANGE_BYTES FILE_SIZE]

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local addresses, next_one, range_bytes, file_size = {}, 0, nil, nil

function init(arguments)
  for line in io.lines(arguments[1]) do addresses[#addresses + 1] = line end
  range_bytes, file_size = tonumber(arguments[2]), tonumber(arguments[3])
  math.randomseed(number + 1)
  next_one = number * math.floor(#addresses / 2)
end

local headers = {
  ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
  ["Accept-Language"] = "en-GB,en;q=0.9",
}

function request()
  next_one = next_one % #addresses + 1
  if range_bytes then
    local first = math.random(0, file_size - range_bytes)
    headers["Range"] = string.format("bytes=%d-%d", first, first + range_bytes - 1)
  end
  return wrk.format("GET", addresses[next_one], headers)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "bytes": %d, "failed": %d, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99) / 1000))
end
