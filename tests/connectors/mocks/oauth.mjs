// Starts oauth2-mock-server on a port of loopback; gives the scopes that are named after the port,
// and refuses refreshing with invalid_grant once a token named "over" is shown.
import { OAuth2Server } from "oauth2-mock-server";

const [port, ...scopes] = process.argv.slice(2);
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.service.on("beforeResponse", (answer, request) => {
  if (request.body.refresh_token === "over") {
    answer.statusCode = 400;
    answer.body = { error: "invalid_grant", error_description: "The consent is over." };
  } else if (scopes.length) {
    answer.body.scope = scopes.join(" ");
  }
});
await server.start(Number(port), "127.0.0.1");
