/** An error as Qdrant answers it: the HTTP status, and the text of `status.error`. */
export class QdrantError extends Error {
  override readonly name = "QdrantError";
  readonly status: number;

  private constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  static notFound(what: string): QdrantError {
    return new QdrantError(404, `Not found: ${what}`);
  }

  static noCollection(name: string): QdrantError {
    return QdrantError.notFound(`Collection \`${name}\` doesn't exist!`);
  }

  static wrongInput(what: string): QdrantError {
    return new QdrantError(400, `Wrong input: ${what}`);
  }

  static exists(name: string): QdrantError {
    return new QdrantError(409, `Wrong input: Collection \`${name}\` already exists!`);
  }

  static forbidden(what: string): QdrantError {
    return new QdrantError(403, `Forbidden: ${what}`);
  }

  static quota(resource: string, percent: number): QdrantError {
    return new QdrantError(400, `Wrong input: ${resource} usage limit reached: ${percent.toFixed(0)} %`);
  }

  static wrongFormat(what: string): QdrantError {
    return new QdrantError(400, `Format error in JSON body: ${what}`);
  }

  static checksum(expected: string, actual: string): QdrantError {
    return new QdrantError(400, `Checksum mismatch: expected ${expected}, actual ${actual}`);
  }
}
