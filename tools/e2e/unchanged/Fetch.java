// A program with the provider's address built in.
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
class Fetch {
    public static void main(String[] args) throws Exception {
        String auth = "Basic " + Base64.getEncoder().encodeToString((System.getenv("OAUTHMOCK_EMAIL") + ":" + System.getenv("OAUTHMOCK_API_KEY")).getBytes());
        URI uri = URI.create("https://oauth.openapi.com/wallet");
        HttpURLConnection old = (HttpURLConnection) uri.toURL().openConnection();
        old.setRequestProperty("Authorization", auth);
        System.out.println("HttpURLConnection " + old.getResponseCode());
        HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", auth).build();
        System.out.println("HttpClient " + HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    }
}
