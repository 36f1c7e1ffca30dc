import { conditionOf, type WantedCondition } from "@headgate/controller";
import { existingConditions } from "../reconciler/judged-conditions.ts";
import { caBundleOf, type ObservedEntry } from "./observe.ts";
import { remoteUrlProblem } from "./remote-url.ts";

/** What one check of an entry says. */
export interface EntryVerdict {
  readonly condition: WantedCondition;
  /** There is only something to wait for. */
  readonly waits?: boolean;
  /** Something that is referred to is not there, and may be on its way. */
  readonly missing?: boolean;
}

/** Everything that is checked of an entry, in order. */
export function checkEntry(observed: ObservedEntry): readonly EntryVerdict[] {
  return [
    groupCheck(observed),
    authConfigCheck(observed),
    caBundleCheck(observed),
    remoteUrlCheck(observed),
    headerSecretsCheck(observed),
  ];
}

function groupCheck({ entry, group }: ObservedEntry): EntryVerdict {
  const type = "GroupRefValidated";
  const what = `The MCPGroup ${JSON.stringify(entry.spec?.groupRef.name ?? "")}`;
  if (group === undefined) return absent(type, "GroupRefNotFound", `${what} does not exist.`);
  // A group that nobody has looked at yet will be ready: it only counts its members.
  const phase = group.status?.phase ?? "Ready";
  if (phase === "Ready") return good(type, "GroupRefIsValid", `${what} is there and ready.`);
  const message = `${what} is not ready: its phase is ${phase}.`;
  return { ...bad(type, "GroupRefNotReady", message), waits: true };
}

function authConfigCheck({ entry, authConfig }: ObservedEntry): EntryVerdict {
  const type = "ExternalAuthConfigValidated";
  const name = entry.spec?.externalAuthConfigRef?.name;
  if (name === undefined) {
    return good(type, "AuthConfigNotConfigured", "No MCPExternalAuthConfig is referred to.");
  }
  const what = `The MCPExternalAuthConfig ${JSON.stringify(name)}`;
  if (authConfig === undefined) {
    return absent(type, "AuthConfigNotFound", `${what} does not exist.`);
  }
  const valid = conditionOf(existingConditions(authConfig), "Valid");
  if (valid?.status === "False") {
    return bad(type, valid.reason, `${what} is not valid: ${valid.message}`);
  }
  return good(type, "AuthConfigValid", `${what} is there and valid.`);
}

function caBundleCheck({ entry, caBundle }: ObservedEntry): EntryVerdict {
  const type = "CABundleRefValidated";
  if (entry.spec?.caBundleRef === undefined) {
    return good(type, "CABundleRefNotConfigured", "No certificates are referred to.");
  }
  const ref = caBundleOf(entry);
  if (ref === undefined || ref.name === "") {
    return bad(type, "CABundleRefNotFound", "The caBundleRef names no ConfigMap.");
  }
  const what = `The ConfigMap ${JSON.stringify(ref.name)}`;
  if (caBundle === undefined) {
    return absent(type, "CABundleRefNotFound", `${what} does not exist.`);
  }
  if (caBundle.keys?.includes(ref.key) !== true) {
    const message = `${what} has no key ${JSON.stringify(ref.key)}.`;
    return bad(type, "CABundleRefNotFound", message);
  }
  return good(type, "CABundleRefValid", `${what} has the certificates.`);
}

function remoteUrlCheck({ entry: { spec } }: ObservedEntry): EntryVerdict {
  const type = "RemoteURLValidated";
  const allowPrivate = spec?.allowPrivateEndpoint === true;
  const problem = remoteUrlProblem(spec?.remoteUrl ?? "", { allowPrivate });
  if (problem !== undefined) return bad(type, "RemoteURLInvalid", problem);
  return good(type, "RemoteURLValid", "The remoteUrl may be asked.");
}

function headerSecretsCheck({ missingSecrets }: ObservedEntry): EntryVerdict {
  const type = "HeaderSecretRefsValidated";
  const [first] = missingSecrets;
  if (first === undefined) {
    return good(type, "HeaderSecretsValid", "Every Secret with headers is there.");
  }
  const names = missingSecrets.map((name) => JSON.stringify(name)).join(", ");
  const message =
    missingSecrets.length === 1
      ? `The Secret ${names} does not exist.`
      : `The Secrets ${names} do not exist.`;
  return absent(type, "HeaderSecretNotFound", message);
}

function good(type: string, reason: string, message: string): EntryVerdict {
  return { condition: { type, status: "True", reason, message } };
}

function absent(type: string, reason: string, message: string): EntryVerdict {
  return { ...bad(type, reason, message), missing: true };
}

function bad(type: string, reason: string, message: string): EntryVerdict {
  return { condition: { type, status: "False", reason, message } };
}
