import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A way to ask another service. */
interface Caller {
    /** GETs the path; the future is done once the answer has been read to its end, and fails unless it is 200. */
    CompletableFuture<Void> get(String address, String path, Map<String, String> headers);

    static Caller of(String mode, Executor pool, Log log) {
        HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        return switch (mode) {
            case "url" -> connecting(log);
            case "client" -> waiting(client.build(), log);
            case "async" -> going(client.executor(pool).build(), log);
            default -> throw new IllegalArgumentException("TOPOLOGY_MODE is " + mode + ", not url, client or async");
        };
    }

    /** Asks in the calling thread; the JDK keeps connections whose answer was read to its end. */
    private static Caller connecting(Log log) {
        return (address, path, headers) -> {
            try {
                URI url = URI.create("http://" + address + path);
                HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
                headers.forEach(connection::setRequestProperty);
                int status = connection.getResponseCode();
                try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                    body.readAllBytes();
                }
                return done(status, path, log);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    private static Caller waiting(HttpClient client, Log log) {
        return (address, path, headers) -> {
            try {
                HttpRequest request = request(address, path, headers);
                return done(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode(), path, log);
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    private static Caller going(HttpClient client, Log log) {
        return (address, path, headers) -> client
                .sendAsync(request(address, path, headers), HttpResponse.BodyHandlers.discarding())
                .thenCompose(response -> done(response.statusCode(), path, log));
    }

    private static HttpRequest request(String address, String path, Map<String, String> headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + path));
        headers.forEach(request::header);
        return request.build();
    }

    private static CompletableFuture<Void> done(int status, String path, Log log) {
        log.line("sent", path);
        if (status != 200) {
            return CompletableFuture.failedFuture(new IOException(path + " was answered with " + status));
        }
        return CompletableFuture.completedFuture(null);
    }
}
