import { z } from "zod";
import * as field from "./fields.ts";

const page = z
  .strictObject({
    kind: z
      .literal("pagerduty")
      .describe("PagerDuty's Events API v2; the secret `alert-page-key` is its routing key."),
  })
  .describe("Who is woken by SEV1 and SEV2 alerts. Left out, nobody is.");
const chat = z
  .strictObject({
    kind: z
      .literal("slack")
      .describe("An incoming webhook of Slack, or of what speaks as it: the secret `alert-chat-url`."),
  })
  .describe("Where every alert is told. Left out, nowhere.");
const heartbeat = z
  .strictObject({
    kind: z
      .literal("webhook")
      .describe("A webhook that is called every minute: the secret `alert-heartbeat-url`."),
  })
  .describe(
    "A service elsewhere that says so when it hears nothing: alerting itself has died. Left out, nobody would say so.",
  );
const mail = z
  .strictObject({
    server: field.registry.describe("The SMTP server that takes the mail; it must offer STARTTLS."),
    from: field.mailAddress.describe("Whom the mail comes from."),
    to: field.mailAddress.describe("Who gets it."),
    user: field.mailAddress.describe("Who logs in to the server, with the secret `alert-mail-password`."),
  })
  .describe("Mail for SEV3 alerts. Left out, none is sent.");

/** Who is told of alerts. */
export const monitoring = z
  .strictObject({
    page: page.optional(),
    chat: chat.optional(),
    mail: mail.optional(),
    heartbeat: heartbeat.optional(),
  })
  .default({})
  .describe("Where alerts go. Alertmanager has them in every case.");
