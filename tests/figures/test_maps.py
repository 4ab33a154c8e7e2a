"""Maps say what they show: one scale, frequency 0 where it belongs, gaps visible, chance on the bar."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nbkit import figures


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def drawn(fig) -> list:
    """The images of the panels, in reading order; a colour bar has none of its own."""
    return [ax.images[0] for ax in fig.axes if ax.images]


def peak(n: int, row: int, column: int) -> np.ndarray:
    values = np.full((n, n), 50.0)
    values[row, column] = 90.0
    return values


@pytest.mark.parametrize("n", [16, 17])
def test_frequency_zero_lies_where_fftshift_puts_it(n):
    spectrum = np.fft.fftshift(np.abs(np.fft.fft2(np.ones((n, n)))))
    image = drawn(figures.dft_map(50 + 40 * spectrum / spectrum.max()))[0]
    left, right, bottom, top = image.get_extent()
    cell = (right - left) / n
    row, column = np.argwhere(image.get_array() > 80)[0]
    assert (left + (column + 0.5) * cell, bottom + (row + 0.5) * cell) == pytest.approx((0, 0))
    assert cell == pytest.approx(1) and top - bottom == pytest.approx(n)


def test_rows_are_vertical_frequencies_counted_upwards():
    image = drawn(figures.dft_map(peak(8, 6, 1), frequencies=2 * (np.arange(8) - 4)))[0]
    assert image.origin == "lower" and image.get_extent() == [-9, 7, -9, 7]
    row, column = np.argwhere(image.get_array() > 80)[0]
    assert (-8 + 2 * row, -8 + 2 * column) == (4, -6)


def test_panels_share_scale_and_bar_and_carry_their_names():
    fig = figures.dft_map({"LeNet": peak(8, 4, 4), "VGG-11": peak(8, 1, 1) - 5}, limits=(45, 95))
    assert len(drawn(fig)) == 2 and len(fig.axes) == 3
    assert all(image.get_clim() == (45, 95) for image in drawn(fig))
    assert [ax.get_title() for ax in fig.axes[:2]] == ["LeNet", "VGG-11"]
    assert fig.axes[2].get_ylabel() == "test accuracy (%)"
    assert "cycles per image" in fig.get_supxlabel()


def test_chance_is_marked_on_the_bar_or_not_at_all():
    bar = figures.dft_map(peak(8, 4, 4)).axes[1]
    bar.figure.draw_without_rendering()
    assert "50 chance" in [t.get_text() for t in bar.get_yticklabels()]
    assert any(set(line.get_ydata()) == {50} for line in bar.lines)
    bare = figures.dft_map(peak(8, 4, 4), chance=None).axes[1]
    assert not any(line.get_linestyle() == ":" for line in bare.lines)


def test_missing_frequencies_are_hatched_and_infinite_ones_saturate():
    values = peak(8, 4, 4)
    values[0, 0], values[1, 1] = np.nan, np.inf
    ax = figures.dft_map(values).axes[0]
    assert ax.patch.get_hatch() == "////"
    shown = ax.images[0].to_rgba(ax.images[0].get_array())
    assert shown[0, 0, 3] == 0 and (shown[..., 3] == 0).sum() == 1
    np.testing.assert_allclose(shown[1, 1], plt.get_cmap("viridis")(1.0))


def test_spread_has_its_own_scale_from_zero():
    fig = figures.dft_map(peak(8, 4, 4), spread=np.full((8, 8), 2.5))
    accuracy, spread = drawn(fig)
    assert accuracy.get_clim() == (40, 100) and spread.get_clim() == (0, 2.5)
    assert {"test accuracy (%)", "95 % half-width (points)"} <= {ax.get_ylabel() for ax in fig.axes}


def test_log_scale():
    image = drawn(figures.dft_map(10 * peak(8, 4, 4), limits=(100, 1000), log=True, chance=None, label="steps"))[0]
    assert image.norm(np.sqrt(100 * 1000)) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "panels, options, message",
    [
        (np.full((8, 8), 0.7), {}, r"0.7 to 0.7\) lie outside limits=\(40, 100\)"),
        (np.full((8, 6), 70.0), {}, r"shape \(8, 6\), expected \(8, 8\)"),
        ({"a": np.full((8, 8), 70.0), "b": np.full((6, 6), 70.0)}, {}, r"shape \(6, 6\), expected \(8, 8\)"),
        (np.full((4, 4), 70.0), {"frequencies": [0, 1, 2, 4]}, "equal steps"),
    ],
)
def test_dft_map_refuses(panels, options, message):
    with pytest.raises(ValueError, match=message):
        figures.dft_map(panels, **options)


def test_signed_images_are_centred_at_zero_on_one_scale():
    images = np.stack([np.full((4, 4), -0.1), np.full((4, 4), 0.4)])
    fig = figures.image_grid(images, ["$u_0$", "$u_1$"])
    assert [image.get_clim() for image in drawn(fig)] == [(-0.4, 0.4)] * 2
    np.testing.assert_allclose(drawn(fig)[0].to_rgba(0.0)[:3], 0.97, atol=0.03)
    assert [ax.get_title() for ax in fig.axes[:2]] == ["$u_0$", "$u_1$"]


def test_unsigned_images_take_their_own_range_and_fill_rows():
    images = np.linspace(2, 5, 5)[:, None, None] * np.ones((5, 3, 3))
    fig = figures.image_grid(images, signed=False, columns=3)
    assert {image.get_clim() for image in drawn(fig)} == {(2, 5)} and len(drawn(fig)) == 5


@pytest.mark.parametrize("images, titles", [(np.zeros((4, 4)), None), (np.zeros((2, 4, 4)), ["a"])])
def test_image_grid_refuses(images, titles):
    with pytest.raises(ValueError, match=r"image_grid: .*(expected|titles)"):
        figures.image_grid(images, titles)
