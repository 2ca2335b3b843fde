require_relative 'caller'

# Service answers requests and asks others for more.
class Service
  WORK_SECONDS = 0.002
  POLL_SECONDS = 0.01

  def initialize
    $stdout.sync = true # one write a line
    @name = ENV.fetch('TOPOLOGY_NAME')
    @next = ENV.fetch('TOPOLOGY_NEXT', '').split(',')
    @background = ENV.fetch('TOPOLOGY_BACKGROUND', '')
    @forward = ENV.fetch('TOPOLOGY_FORWARD', '').split(',')
    @caller = Caller.new
    @count = 0
    @lock = Mutex.new
    poll unless @background.empty?
  end

  def call(env)
    path = env['PATH_INFO']
    status = path.start_with?('/w/') && !work(env, path) ? 502 : 200
    $stdout.write("served #{path}\n")
    # Puma calls these on the request's thread, once the response is written.
    env['rack.after_reply'] << method(:refresh) if @polling
    [status, { 'Content-Type' => 'text/plain', 'Content-Length' => '3' }, ["ok\n"]]
  end

  private

  def work(env, path)
    sleep(WORK_SECONDS) if @next.empty?
    headers = forwarded(env)
    @next.each.with_index(1) { |address, k| @caller.get(address, "#{path}.#{k}", headers) }
    true
  rescue SystemCallError, IOError, Caller::Refused
    false
  end

  def forwarded(env)
    @forward.to_h { |name| [name, env["HTTP_#{name.upcase.tr('-', '_')}"]] }.compact
  end

  # poll asks from a thread of its own until the standard input ends.
  def poll
    @polling = true
    Thread.new do
      $stdin.read
      @polling = false
    end
    Thread.new do
      while @polling
        sleep(POLL_SECONDS)
        refresh
      end
    end
  end

  # refresh sends one request and, like a cache, does not mind when that fails.
  def refresh
    number = @lock.synchronize { @count += 1 }
    @caller.get(@background, "/bg/#{@name}/#{Process.pid}-#{number}", {})
  rescue SystemCallError, IOError, Caller::Refused
    nil
  end
end
