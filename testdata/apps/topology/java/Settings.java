import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/**
 * What the environment says; internal/topology/doc.go has the meanings.
 *
 * @param name TOPOLOGY_NAME
 * @param listen TOPOLOGY_LISTEN
 * @param next TOPOLOGY_NEXT
 * @param background TOPOLOGY_BACKGROUND; empty for none
 * @param mode TOPOLOGY_MODE: url, client or async
 * @param forward TOPOLOGY_FORWARD
 */
record Settings(
        String name, InetSocketAddress listen, List<String> next, String background, String mode, List<String> forward) {

    static Settings fromEnvironment() {
        return new Settings(
                get("TOPOLOGY_NAME"),
                address(get("TOPOLOGY_LISTEN")),
                list(get("TOPOLOGY_NEXT")),
                get("TOPOLOGY_BACKGROUND"),
                get("TOPOLOGY_MODE"),
                list(get("TOPOLOGY_FORWARD")));
    }

    private static String get(String name) {
        return System.getenv().getOrDefault(name, "");
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).filter(item -> !item.isEmpty()).toList();
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
    }
}
