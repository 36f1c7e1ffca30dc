/** Where address and credentials of the API server come from. */
export type KubeConfigSource =
  /** A kubeconfig file, and which of its contexts if not the current one. */
  | { readonly from: "file"; readonly path: string; readonly context?: string }
  /** The text of a kubeconfig. */
  | { readonly from: "text"; readonly text: string; readonly context?: string }
  /** The ServiceAccount of the Pod that this runs in. */
  | { readonly from: "pod" };
