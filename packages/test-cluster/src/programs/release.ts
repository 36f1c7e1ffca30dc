/** Everything that a cluster is made of; all of it Go programs. */
export const programNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kubelet",
  "kube-proxy",
  "helm",
  "coredns",
] as const;
export type ProgramName = (typeof programNames)[number];

/** The version of Kubernetes that tests run on. */
export const kubernetesVersion = "1.36.3";

/** A published version of programs, and the two ways to get them. */
export interface Release {
  readonly version: string;
  /** The folder under `go/` whose go.mod and go.sum pin everything that is compiled. */
  readonly goModule: string;
  /** The Go package of a program's main function. */
  goPackage(program: ProgramName): string;
  /** What the linker writes into the program. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Where a program is published for Linux; `architecture` as Go names it. */
  published(program: ProgramName, architecture: string): Published;
}

/** One file to download, its digest, and where the program is in it if it is an archive. */
export interface Published {
  readonly url: string;
  /** A text in which the SHA-256 of the file stands, beside its name if there are several. */
  readonly digestUrl: string;
  readonly member?: string;
}

const kubernetes: Release = {
  version: kubernetesVersion,
  goModule: "kubernetes",
  goPackage: (program) => `k8s.io/kubernetes/cmd/${program}`,
  // Without the stamp a server calls itself v0.0.0, and version checks of kubectl and Helm misbehave.
  stamps: {
    "k8s.io/component-base/version.gitVersion": `v${kubernetesVersion}`,
    "k8s.io/component-base/version.gitMajor": kubernetesVersion.split(".")[0] ?? "",
    "k8s.io/component-base/version.gitMinor": kubernetesVersion.split(".")[1] ?? "",
  },
  published(program, architecture) {
    const url = `https://dl.k8s.io/v${kubernetesVersion}/bin/linux/${architecture}/${program}`;
    return { url, digestUrl: `${url}.sha256` };
  },
};

const etcd: Release = {
  version: "3.7.3",
  goModule: "etcd",
  goPackage: () => "go.etcd.io/etcd/server/v3",
  stamps: {},
  published(_, architecture) {
    const folder = `https://github.com/etcd-io/etcd/releases/download/v${this.version}`;
    const name = `etcd-v${this.version}-linux-${architecture}`;
    return {
      url: `${folder}/${name}.tar.gz`,
      digestUrl: `${folder}/SHA256SUMS`,
      member: `${name}/etcd`,
    };
  },
};

const helm: Release = {
  version: "4.3.1",
  goModule: "helm",
  goPackage: () => "helm.sh/helm/v4/cmd/helm",
  stamps: {},
  published(_, architecture) {
    const url = `https://get.helm.sh/helm-v${this.version}-linux-${architecture}.tar.gz`;
    return { url, digestUrl: `${url}.sha256sum`, member: `linux-${architecture}/helm` };
  },
};

const coredns: Release = {
  version: "1.15.0",
  goModule: "coredns",
  goPackage: () => "github.com/coredns/coredns",
  stamps: {},
  published(_, architecture) {
    const folder = `https://github.com/coredns/coredns/releases/download/v${this.version}`;
    const url = `${folder}/coredns_${this.version}_linux_${architecture}.tgz`;
    return { url, digestUrl: `${url}.sha256`, member: "coredns" };
  },
};

/** The release that a program comes from. */
export function releaseOf(program: ProgramName): Release {
  switch (program) {
    case "etcd":
      return etcd;
    case "helm":
      return helm;
    case "coredns":
      return coredns;
    case "kube-apiserver":
    case "kube-controller-manager":
    case "kube-scheduler":
    case "kubectl":
    case "kubelet":
    case "kube-proxy":
      return kubernetes;
  }
}
