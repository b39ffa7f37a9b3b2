// What can go wrong around a broker before anybody is connected to it, as typed errors.
import { AiexError } from "../errors.ts";

/** There is no server program that can be managed: `none_found`, `too_old` or `not_runnable`. */
export class BrokerProgramMissing extends AiexError {
  readonly code: "none_found" | "too_old" | "not_runnable";
  constructor(code: BrokerProgramMissing["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The managed broker did not start; the message ends with what it said last. */
export class BrokerNotStarted extends AiexError {
  readonly code = "broker_not_started";
}

/** Another program of this machine manages the broker of this folder. `details.url` is where it is. */
export class BrokerHeld extends AiexError {
  readonly code = "broker_held";
}

/** A file of credentials cannot be used: others can read it, or it is none. */
export class CredentialsRefused extends AiexError {
  readonly code = "credentials_refused";
}

/** A cluster cannot be planned like this. `code` says which part of what was given is wrong. */
export class ClusterRefused extends AiexError {
  readonly code: "bad_cluster" | "bad_brokers" | "bad_names" | "files_exist" | "folder_open";
  constructor(code: ClusterRefused["code"], message: string) {
    super(message);
    this.code = code;
  }
}
