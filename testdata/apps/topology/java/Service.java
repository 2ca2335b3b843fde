import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A service on the JDK's own HTTP server, with a fixed pool of threads that run
 * requests and background jobs alike. What it does is said in internal/topology/doc.go. TOPOLOGY_MODE
 * is the way it asks others:
 *
 * <ul>
 *   <li>{@code url}: HttpURLConnection with kept connections, in the thread of the request;
 *   <li>{@code client}: java.net.http.HttpClient; the thread of the request waits;
 *   <li>{@code async}: the same client on the server's pool. The thread that read the request returns
 *       to the pool at once, free for another request or a background job, and whichever of the
 *       pool's threads is free goes on.
 * </ul>
 */
public final class Service {
    private static final int THREADS = 16;
    private static final int BACKLOG = 1024;
    private static final long WORK_MILLIS = 2;

    private final Settings settings;
    private final Caller caller;
    private final Log log;

    private Service(Settings settings, Caller caller, Log log) {
        this.settings = settings;
        this.caller = caller;
        this.log = log;
    }

    public static void main(String[] args) throws IOException {
        Settings settings = Settings.fromEnvironment();
        Log log = new Log();
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        Caller caller = Caller.of(settings.mode(), pool, log);
        HttpServer server = HttpServer.create(settings.listen(), BACKLOG);
        server.setExecutor(pool);
        server.createContext("/", new Service(settings, caller, log)::handle);
        server.start();
        if (!settings.background().isEmpty()) {
            new Background(settings, caller, pool).runUntilInputEnds();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        CompletableFuture<Void> answered = work(exchange).handle((done, failure) -> {
            answer(exchange, failure == null ? 200 : 502);
            return null;
        });
        if (!settings.mode().equals("async")) {
            answered.join();
        }
    }

    private CompletableFuture<Void> work(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        CompletableFuture<Void> work = CompletableFuture.completedFuture(null);
        if (!path.startsWith("/w/")) {
            return work;
        }
        if (settings.next().isEmpty()) {
            sleep();
        }
        Map<String, String> headers = forwarded(exchange);
        int k = 1;
        for (String next : settings.next()) {
            String below = path + "." + k++;
            work = work.thenCompose(done -> caller.get(next, below, headers));
        }
        return work;
    }

    private Map<String, String> forwarded(HttpExchange exchange) {
        Map<String, String> headers = new HashMap<>();
        for (String name : settings.forward()) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return headers;
    }

    private static void sleep() {
        try {
            Thread.sleep(WORK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange, int status) {
        byte[] body = "ok\n".getBytes(StandardCharsets.US_ASCII);
        log.line("served", exchange.getRequestURI().getPath());
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException gone) {
            // The client has left; there is nobody to tell.
        }
    }
}
