import { Encrypter } from "age-encryption";
import type { Judge } from "../config/judged-text.ts";

/** The form of an age recipient for X25519: what a stack's file is sealed to. */
export const recipientForm = /^age1[02-9ac-hj-np-z]{58}$/;

const makeOne = "./kaleem kit --out FILE makes a kit and writes its recipient";

/**
 * What is wrong with a text that should be a recovery kit's recipient. It is decoded, so that one that was mistyped is refused here;
 * what opens the kit is refused by what it is, wherever it was put.
 */
export const recipientAdvice: Judge = (value) => {
  if (/AGE-SECRET-KEY-/i.test(value))
    return `that is the passphrase of a recovery kit: whoever has it opens everything. It belongs on no computer that runs or deploys the platform; take it out, count it as known to others, and make a new kit: ./kaleem kit --renew --out FILE`;
  if (value !== value.trim()) return "write it without spaces or line breaks around it";
  if (/^age1pq1|^age1tag/.test(value))
    return `recipients of other kinds than X25519 (age1… of 62 characters) are not taken; ${makeOne}`;
  if (/^(ssh|ecdsa)-/.test(value)) return `keys of SSH open no kit; ${makeOne}`;
  if (/^AGE1/.test(value)) return "write it in lower case";
  if (!recipientForm.test(value)) return makeOne;
  try {
    new Encrypter().addRecipient(value);
    return undefined;
  } catch {
    return `it is mistyped: its checksum does not fit; copy it again, or make a new one: ${makeOne}`;
  }
};
