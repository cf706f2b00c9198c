import { armor, Encrypter } from "age-encryption";

/** Encrypts a text to a recipient, in age's own format (ASCII armour): `age --decrypt -i KEY` opens it too. Different each time. */
export async function seal(text: string, recipient: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(text));
}
