import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Work that belongs to no request: a timer that asks in a thread of its own, and
 * one that hands its jobs to the pool which also runs the requests.
 */
final class Background {
    private static final long EVERY_MILLIS = 10; // each of the two

    private final Settings settings;
    private final Caller caller;
    private final ExecutorService pool;
    private final AtomicLong count = new AtomicLong();

    Background(Settings settings, Caller caller, ExecutorService pool) {
        this.settings = settings;
        this.caller = caller;
        this.pool = pool;
    }

    /** Returns once the standard input has ended. */
    void runUntilInputEnds() throws IOException {
        ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
        timers.scheduleWithFixedDelay(this::ask, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        timers.scheduleWithFixedDelay(
                () -> pool.execute(this::ask), EVERY_MILLIS / 2, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        System.in.readAllBytes();
        timers.shutdown();
    }

    /** Sends one request and, like a cache refresh, does not mind when it fails. */
    private void ask() {
        String number = ProcessHandle.current().pid() + "-" + count.incrementAndGet();
        caller.get(settings.background(), "/bg/" + settings.name() + "/" + number, Map.of());
    }
}
