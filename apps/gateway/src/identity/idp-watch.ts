import type { IdpFault } from "./idp-client.ts";

/** What an identity provider is asked for. */
const IDP_REQUESTS = ["discovery", "keys", "introspection"] as const;
/** What an identity provider is asked for. */
type IdpRequest = (typeof IDP_REQUESTS)[number];

/** Hears of every request to the identity provider and how it went. */
interface IdpWatch {
  asked(request: IdpRequest, fault: IdpFault | undefined): void;
}

export { IDP_REQUESTS, type IdpRequest, type IdpWatch };
