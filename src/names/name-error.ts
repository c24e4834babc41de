// Why a name was refused: one closed set for hosts, patterns, URLs and paths. Not a thrown error; always a value.

/** Each way in which a name can be unfit to be judged and dialled. */
export type NameErrorCode =
  | "empty"
  | "too_long"
  | "control_character"
  | "userinfo"
  | "bad_character"
  | "empty_label"
  | "label_too_long"
  | "label_hyphen"
  | "bad_idn"
  | "odd_address"
  | "mapped_address"
  | "zone"
  | "bad_wildcard"
  | "bad_scheme"
  | "bad_port"
  | "query"
  | "fragment"
  | "tcp_path"
  | "encoded_separator"
  | "encoded_control"
  | "encoded_percent"
  | "bad_percent"
  | "empty_segment"
  | "path_parameter"
  | "not_absolute"
  | "home_shorthand"
  | "bad_glob";

/** A refused name: `detail` is one lower-case line without a period that never repeats the (untrusted) input. */
export interface NameError {
  readonly code: NameErrorCode;
  readonly detail: string;
  /** The one thing to do about it. */
  readonly hint: string;
}
