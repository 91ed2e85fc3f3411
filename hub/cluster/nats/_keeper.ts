// Copyright 2026 the Wirekit authors. MIT license.

/** What a node does for its names, and is told of them. */
export interface NameKeeper {
  /** The id of this node. */
  readonly id: string;
  /** Whether names can be claimed now. */
  readonly ready: boolean;
  /** Whether a node is there; asks the engine if it is not known. */
  isThere(node: string): Promise<boolean>;
  /** A node has a name: it may be gone already. */
  suspect(node: string): void;
  /** Takes the messages to a name; resolves when the server knows. */
  open(name: string): Promise<void>;
  /** Takes them no longer. */
  shut(name: string): void;
  won(name: string): void;
  held(name: string): void;
  lost(name: string): void;
  left(name: string, dead: boolean): void;
  /** Something about a name has failed: the engine may refuse it. */
  failed(error: unknown): void;
}
