# A rack application; what it does is said in internal/topology/doc.go. Its background
# work runs in a thread of its own, and on the pool's threads after a response.
require_relative 'service'

run Service.new
