import { boundedText, re2Pattern, re2Text } from "@headgate/kube-schema";

const LABEL = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";

/** Name of an upstream provider: lower-case letters, digits and hyphens. */
export const ProviderName = re2Pattern(
  boundedText(63).min(1),
  LABEL,
  "must be lower-case letters, digits and hyphens, with a letter or digit at both ends",
);

/** An address that begins with http:// or https://. */
export const HttpUrl = re2Text("^https?://.*$", "must start with http:// or https://");

/** An address that begins with https://. */
export const HttpsUrl = re2Text("^https://.*$", "must start with https://");

/** Where a remote MCP server is. */
export const RemoteUrl = re2Text("^https?://", "must start with http:// or https://");

/** An issuer, or another base URL: without query, fragment and trailing slash. */
export const IssuerUrl = re2Text(
  String.raw`^https?://[^\s?#]+[^/\s?#]$`,
  "must be an http(s) URL without query, fragment and trailing slash",
);

/** A resource identifier of a token: an http(s) URL without spaces. */
export const ResourceUrl = re2Pattern(
  boundedText(2_048).min(1),
  "^https?://[^[:space:]]+$",
  "must be an http(s) URL without spaces",
);
