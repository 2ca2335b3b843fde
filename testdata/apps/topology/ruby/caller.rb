require 'net/http'

# Caller asks others over kept connections, which all threads share.
class Caller
  # Refused says that an answer was not 200.
  Refused = Class.new(StandardError)

  IDLE_SECONDS = 60

  def initialize
    @idle = Hash.new { |pools, address| pools[address] = Queue.new }
    @lock = Mutex.new
  end

  # get asks with GET and reads the answer to its end.
  def get(address, path, headers)
    pool = @lock.synchronize { @idle[address] }
    http = take(pool, address)
    response = http.get(path, headers)
    $stdout.write("sent #{path}\n")
    pool << http
    raise Refused, path unless response.code == '200'
  end

  private

  def take(pool, address)
    pool.pop(true)
  rescue ThreadError # there is none
    connect(address)
  end

  def connect(address)
    host, _, port = address.rpartition(':')
    http = Net::HTTP.new(host.delete('[]'), Integer(port), nil)
    http.keep_alive_timeout = IDLE_SECONDS
    http.max_retries = 0
    http.start
  end
end
