"""Images and modules, made here: no kernel is needed."""

import lzma
from pathlib import Path

import pytest

from mtelint.errors import InputError
from mtelint.replay.kernel import kernel_of, module_files

HEAD = b"MZ" + bytes(54) + b"ARM\x64"


def image(folder: Path, text: bytes) -> Path:
    path = folder / "Image"
    path.write_bytes(HEAD + text)
    return path


def test_release_and_upstream_version_of_a_packaged_kernel_differ(tmp_path: Path) -> None:
    text = b"\0Linux version 6.1.0-57-arm64 (a@b) (gcc) #1 SMP Debian 6.1.192-3 (2026-11-26)\0"
    kernel = kernel_of(image(tmp_path, text))
    assert (kernel.release, kernel.version) == ("6.1.0-57-arm64", "6.1.192")


def test_a_kernel_of_ones_own_has_one_version(tmp_path: Path) -> None:
    assert kernel_of(image(tmp_path, b"\0Linux version 7.2.13 (a@b) #1 SMP\0")).version == "7.2.13"


@pytest.mark.parametrize("raw", [b"", b"\x1f\x8b" + bytes(100), HEAD])
def test_what_is_no_image_is_named(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(raw)
    with pytest.raises(InputError, match="/x: "):
        kernel_of(tmp_path / "x")


def test_an_image_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        kernel_of(tmp_path / "absent")


def test_modules_come_after_what_they_need_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "kernel" / "drivers"
    folder.mkdir(parents=True)
    (folder / "virtio_blk.ko").write_bytes(b"\0depends=virtio_ring,virtio\0name=virtio_blk\0")
    (folder / "virtio_ring.ko.xz").write_bytes(lzma.compress(b"\0depends=virtio\0ring"))
    (folder / "virtio.ko").write_bytes(b"\0depends=\0virtio")
    kernel = kernel_of(image(tmp_path, b"\0Linux version 6.1.0 (a)\0"))
    files = module_files(kernel, ("virtio-blk", "built-in"))
    assert list(files) == ["virtio", "virtio_ring", "virtio_blk"]
    assert files["virtio_ring"].endswith(b"ring")


def test_a_kernel_without_modules_has_none_to_load(tmp_path: Path) -> None:
    kernel = kernel_of(image(tmp_path, b"\0Linux version 6.1.0 (a)\0"))
    assert module_files(kernel, ("zram",)) == {}
