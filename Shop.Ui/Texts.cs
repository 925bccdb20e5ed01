namespace Shop.Ui;

/// <summary>
/// The texts of all pages. The English text is the key; <c>Texts.de.resx</c> has the German one. One file for all sites, so that a word
/// is translated once.
/// </summary>
public sealed class Texts;
