// Package process finds out who a socket belongs to: the executable, the
// service name, the container, and what becomes the span's resource.
//
// The kernel tells pid, start time, short name and cgroup id of the process at
// a socket; [Cache] turns that into a [Resource] once per process. What
// more there is to know comes from /proc/<pid>, guarded by the start time: a pid that was
// reused, or that belongs to another pid namespace, shows another one, and then
// nothing of it is believed. A process that has exited keeps what the kernel told:
// pid, short name, and the container by its cgroup.
//
// # Names
//
// service.name is the first of these that there is:
//
//	1  OTEL_SERVICE_NAME of the process
//	2  service.name in its OTEL_RESOURCE_ATTRIBUTES
//	3  for interpreters, what they run:
//	     python    app.py -> app; -m http.server -> http.server; gunicorn, uvicorn and
//	               their like: the application's module, shop.wsgi:app -> shop;
//	               celery -A, flask --app; a dull script (manage, main, wsgi,
//	               asgi, __main__) -> its folder
//	     node, bun, deno
//	               worker.js -> worker; a dull script (index, main, server, app)
//	               -> its folder; a tool in node_modules -> the package around it
//	     java      -Dotel.service.name, -Dspring.application.name; -jar
//	               shop-1.2.jar -> shop; -m module; a class by its simple name,
//	               com.acme.Shop -> Shop, a dull one (Main, App) by its package
//	     ruby      app.rb -> app; rails, puma, sidekiq and their like -> the application's folder
//	     php       script.php -> script; index, artisan, console -> its folder; -S -t folder
//	     dotnet    Shop.dll -> Shop; run --project
//	     perl      script.pl -> script
//	     beam.smp  -sname shop@host -> shop
//	   and what servers write over their command line: gunicorn, puma, sidekiq
//	4  for interpreters that 3 leaves with a dull name or none: the systemd
//	   unit, shop@1.service -> shop, unless it runs other people's programs (cron, ssh, user@, docker)
//	5  the dull name
//	6  for other programs the executable's base name; busybox and its like: the short name
//	7  unknown_service:<interpreter>, or unknown_service
//
// A folder that says nothing (app, src, dist, usr, home/<someone>, ...) gives
// way to the one above it. Names are valid UTF-8 of at most 255 bytes. Without the
// privilege to read the links of other users' processes (CAP_SYS_PTRACE), steps 1,
// 2 and the working directory fall away, and the executable's name
// comes from the first argument.
//
// Where no process is known, only a cgroup, the name is that of the oldest process in it when
// it is a container or a service unit, else unknown_service.
//
// # What is read, and what is kept
//
// exe, cwd, cmdline, stat, status, cgroup, ns/net, and environ. Of the environment
// OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are kept and the rest is wiped; it is
// the one the program was started with, not what it set later. Of
// the command line process.command (the first argument) is kept; process.command_args
// and process.command_line are never made, as secrets stand there.
//
// process.pid is the one of the initial pid namespace, process.vpid the one
// that the process itself sees, where they differ. service.instance.id is a UUID version 5 of boot id,
// pid and start time. Attributes from OTEL_RESOURCE_ATTRIBUTES are added, except for process.*, telemetry.*
// and those that we know ourselves; a service.instance.id there wins over ours.
//
// Of a Go program its executable tells the version, process.runtime.name and
// process.runtime.version, and [Resource.Go]. The file is looked into once per state of
// it (device, inode, size and times), not once per process.
//
// # Bounds
//
// Entries are capped; a clock hand evicts. /proc is read at a bounded rate, for a bounded
// time each, of files up to a bounded size. An exec that leaves pid, start time
// and short name alone is noticed by [Cache.Sweep] within a minute.
package process
