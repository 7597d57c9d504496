-- For wrk: posts forms, a line each of the file that is named after --, one after the other.
local requests, last = {}, 0

function init(arguments)
  wrk.headers["Authorization"] = "Basic bG9nZ2VyOg=="
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", "/api/v1/record", nil, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
