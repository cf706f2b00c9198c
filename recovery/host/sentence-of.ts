export { sentenceOf } from "../../contract/sentence-of.ts";
