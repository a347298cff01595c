/** Injected by whatever may only be made once the install is open: its root proven, its integrity key unwrapped. */
export abstract class InstallReady {
  /** What the operator should read at start: notes about first files, never their content. */
  abstract readonly notes: readonly string[];
}
