/** Why a shared store did not answer, in the coarse terms that metrics use. */
export type FailureClass = "timeout" | "connection" | "auth" | "other";

/** The class that an error of the client says it is of; `other` when it says nothing. */
export function failureClassOf(error: unknown): FailureClass {
  const said =
    typeof error === "object" && error !== null && "errorClass" in error
      ? error.errorClass
      : undefined;
  return said === "timeout" || said === "connection" || said === "auth" ? said : "other";
}
