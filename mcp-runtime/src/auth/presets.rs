//! Well-known issuers: what their tokens look like, as configuration. Each says what its audience and its scopes mean.

use super::Jwt;

/// Tokens of well-known issuers, ready to verify.
///
/// Each is a [`Jwt`] with the issuer's own address, token type and claim names; every option of [`Jwt`] can be set on top. None of them
/// follows RFC 9068 to the letter, so all of them take tokens of type `JWT`.
impl Jwt {
    /// Auth0: `auth0("acme.eu.auth0.com", ..)`. The audience is the identifier of the API in the dashboard; scopes are the
    /// API's permissions, roles need an action that writes the claim.
    pub fn auth0(domain: &str, audience: impl Into<String>) -> Self {
        Self::issuer(format!("https://{domain}/"))
            .audience(audience)
            .types(["JWT", "at+jwt"])
            .tenant_claim("org_id")
    }

    /// Microsoft Entra ID, one tenant: `entra("8eaef023-..", ..)`. The audience is the application id (a GUID) or its URI; scopes
    /// stand in `scp`, application roles in `roles`.
    ///
    /// A token without either of them is refused: an ID token of the same application differs in nothing else. The tenant is one, by its id;
    /// the addresses that stand for many (`common`) issue no tokens of their own, and the server does not start with them.
    pub fn entra(tenant: &str, audience: impl Into<String>) -> Self {
        let jwt = Self::issuer(format!("https://login.microsoftonline.com/{tenant}/v2.0"))
            .audience(audience)
            .types(["JWT"])
            .require_one(&["scp", "roles"])
            .tenant_claim("tid");
        let lower = tenant.to_ascii_lowercase();
        match ["common", "organizations", "consumers"].contains(&&*lower) {
            true => jwt.broken(format!(
                "`{tenant}` is no tenant of Entra: it stands for the users of any\n  help: write the id of your own directory, as in `Jwt::entra(\"8eaef023-2b34-4da1-9baa-8bc8c9d6a490\", ..)`; several take `any_of([..])`"
            )),
            false => jwt,
        }
    }

    /// Okta: `okta("acme.okta.com", "default", ..)`, the second being the custom authorization server's id. Scopes stand in `scp`,
    /// roles are groups and need a claim `groups`.
    pub fn okta(domain: &str, server: &str, audience: impl Into<String>) -> Self {
        Self::issuer(format!("https://{domain}/oauth2/{server}"))
            .audience(audience)
            .types(["JWT", "at+jwt", ""])
            .roles_claim("groups")
    }

    /// Keycloak: `keycloak("https://id.example.com", "acme", ..)`, the second being the realm. The audience needs an audience mapper on the client;
    /// roles are the realm's. ID tokens and refresh tokens, which Keycloak signs with the same keys, say so in the claim `typ` and are refused.
    pub fn keycloak(base: &str, realm: &str, audience: impl Into<String>) -> Self {
        Self::issuer(format!("{}/realms/{realm}", base.trim_end_matches('/')))
            .audience(audience)
            .types(["JWT", "at+jwt"])
            .require("typ", "Bearer")
            .roles_claim("realm_access.roles")
    }

    /// WorkOS AuthKit: `workos("https://acme.authkit.app", ..)`. The tenant is the organisation; roles stand in `role`.
    pub fn workos(domain: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::issuer(domain)
            .audience(audience)
            .types(["JWT", "at+jwt", ""])
            .roles_claim("role")
            .tenant_claim("org_id")
    }

    /// Amazon Cognito: `cognito("eu-west-1", "eu-west-1_AbCdEf", ..)`, the second being the user pool's id. Its access tokens name no audience but the app client
    /// they were issued to, so that client's id is asked for; scopes are those of the pool's resource servers (`notes/read`), roles are the
    /// user's groups.
    pub fn cognito(region: &str, pool: &str, client_id: impl Into<String>) -> Self {
        Self::issuer(format!("https://cognito-idp.{region}.amazonaws.com/{pool}"))
            .audience(client_id)
            .audience_claim("client_id")
            .require("token_use", "access")
            .types(["", "JWT"])
            .roles_claim("cognito:groups")
    }

    /// Google ID tokens. The audience is the OAuth client's id; they carry no scopes, so tools ask for `user` or for a claim such as
    /// `claim:hd=example.com`.
    pub fn google(client_id: impl Into<String>) -> Self {
        Self::issuer("https://accounts.google.com")
            .audience(client_id)
            .types(["JWT"])
            .tenant_claim("hd")
    }
}
