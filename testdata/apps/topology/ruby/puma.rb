# Puma with several threads in one process. As by default, a thread of the pool reads the
# first request of a connection, and ten more if they follow closely; then the reactor reads.
bind "tcp://#{ENV.fetch('TOPOLOGY_LISTEN')}"
threads 8, 8
persistent_timeout 60
log_requests false
quiet
rackup File.join(__dir__, 'config.ru')
