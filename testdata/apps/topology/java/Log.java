import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The lines that tell what was served and sent, each in one write. */
final class Log {
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    void line(String what, String path) {
        try {
            out.write((what + " " + path + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("write to standard output", e);
        }
    }
}
